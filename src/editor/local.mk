# Sources and tests of src/editor
