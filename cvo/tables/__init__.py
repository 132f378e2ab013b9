"""Tables of claims: YAML, CSV and Excel files to instances, and back."""
