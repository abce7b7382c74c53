"""Who saw which painter: fixed once for every model of the book, and crossed so that neither set hides the other."""

#: Sixteen painters whom no descriptor sees in training: what a descriptor knows of them is not memory.
UNSEEN: tuple[str, ...] = ("bram-osterkey", "sunniva-kaldor", "orrin-sedgeway", "ezra-lindqvane")

#: Sixteen painters whom the generator ``tiny-sd-withheld`` never sees: what it makes in their names it has not copied.
WITHHELD: tuple[str, ...] = ()
