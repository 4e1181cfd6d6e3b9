"""What will happen anyway: the baseline of every node of the tree, month by month, with its chances."""
