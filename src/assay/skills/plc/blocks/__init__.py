"""The library of proved function blocks with parameters."""
