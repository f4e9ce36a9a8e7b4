"""The Flink jobs: cleansing and routing."""
