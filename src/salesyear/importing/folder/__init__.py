"""A whole folder of files read as one company: what each file is, how they join, and the rows that come of it."""
