"""The Tennessee Eastman process under the loops of the Braatz data sets: package data."""
