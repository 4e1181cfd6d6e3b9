"""Chapter 6 绩效监控: how it goes, and correcting it."""
