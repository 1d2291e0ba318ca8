"""One verb a file, one public function."""
