"""The same study on Apache Spark, for data that one machine cannot hold (dbt_project/docs/spark.md)."""
