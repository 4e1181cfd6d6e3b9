"""Chapter 2, 市场分析: what is there."""
