"""A plan for a year: its versions, its policy, its edits and its gap ledger. What the chapters hang on."""
