"""The computing: pure functions over tables. No Django, no files, no clock."""
