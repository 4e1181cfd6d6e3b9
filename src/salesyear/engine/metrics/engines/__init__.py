"""What answers the questions: DuckDB over columnar files, PostgreSQL, or a Spark cluster."""
