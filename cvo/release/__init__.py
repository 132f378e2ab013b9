"""What a release is: how one state of the data differs from another, and which version number that asks for."""
