"""The Tennessee Eastman process as a mechanism model: process kernel, control structures, runs, library."""
