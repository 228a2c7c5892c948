"""Labels as the law has them: implicit ones inside the file, explicit ones that people see or hear."""
