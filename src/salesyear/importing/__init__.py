"""Files and other systems in."""
