"""Who saw which painter: fixed once for every model of the book, and crossed so that no set hides another.

Two painters of each movement are in each set, and five of the sixteen are in both, as many as chance would put there;
wide and narrow repertoires, and mediums, are spread over both.
"""

#: Sixteen painters whom no descriptor sees in training: what a descriptor knows of them is not memory.
UNSEEN: tuple[str, ...] = (
    "noor-felding",
    "henrike-tarnow",
    "sunniva-kaldor",
    "petra-vosslin",
    "orrin-sedgeway",
    "delphine-osei",
    "ezra-lindqvane",
    "oluchi-brandt",
    "thandeka-orsolle",
    "keito-ravenshaw",
    "leif-solvane",
    "tamar-idrisholm",
    "teodora-brack",
    "isambard-kojo",
    "mirela-candlow",
    "ottavio-pellwright",
)

#: Sixteen painters whom the generator ``tiny-sd-withheld`` never sees: what it makes in their names it has not copied.
WITHHELD: tuple[str, ...] = (
    "bram-osterkey",
    "juro-silvane",
    "sunniva-kaldor",
    "sibyl-harrowgate",
    "hanako-virelle",
    "lucan-tamsin",
    "oluchi-brandt",
    "zenobia-karr",
    "keito-ravenshaw",
    "isaura-quillane",
    "tamar-idrisholm",
    "esperanza-wickloe",
    "wenqi-larsholt",
    "teodora-brack",
    "anneke-sherbourne",
    "tavita-marchpane",
)

#: Sixteen painters for the descriptor that judges what a text encoder has read, and for what is trained next. Half of
#: the withheld are among them, three of the five whose names nobody read and five of the eleven others: so what the
#: judge knows, and what the encoder read, are crossed.
CROSSED: tuple[str, ...] = (
    "noor-felding",
    "juro-silvane",
    "aldous-merrin",
    "sunniva-kaldor",
    "hanako-virelle",
    "lucan-tamsin",
    "ezra-lindqvane",
    "oluchi-brandt",
    "isaura-quillane",
    "gideon-asankoma",
    "tamar-idrisholm",
    "nahuel-bristowe",
    "gethin-moorwade",
    "isambard-kojo",
    "ottavio-pellwright",
    "anneke-sherbourne",
)

#: The first two as the tables' manifests hold them.
SETS = {"unseen": list(UNSEEN), "withheld": list(WITHHELD)}
