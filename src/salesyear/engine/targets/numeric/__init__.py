"""The arithmetic below a target plan: arrays in, arrays out, no tables and no names."""
