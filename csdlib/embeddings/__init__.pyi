from .arrays import Embedded as Embedded
from .arrays import Embeddings as Embeddings
from .embed_shards import corpus_shards as corpus_shards
from .embed_shards import embed_corpus as embed_corpus
from .embed_shards import join_corpus as join_corpus
from .embed_table import embed as embed
