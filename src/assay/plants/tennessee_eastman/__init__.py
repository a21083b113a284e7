"""The Tennessee Eastman process under Ricker's decentralised control: package data."""
