"""What a release needs beside the book: notebooks to launch, files with checksums, links that lead somewhere."""
