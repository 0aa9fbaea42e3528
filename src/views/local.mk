# Sources and tests of src/views
