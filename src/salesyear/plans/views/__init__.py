"""The pages of a plan that stand below its making: the gap ledger, the policy, the commitments."""
