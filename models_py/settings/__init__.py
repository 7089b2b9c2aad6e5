"""What a person sets, read and checked before anything heavy is loaded."""
