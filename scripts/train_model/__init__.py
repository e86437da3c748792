"""Makes `models/embedded-en`, the English recognizer that ships with the companion, without Kaldi.

    python -m scripts.train_model all         everything, in order, resumable
    python -m scripts.train_model graphs      only the word graphs, in seconds (after new words in content/)

Steps: lexicon, text, synthesise, augment, features, train, export, evaluate. Each is one module with one `run`;
what a step makes lies under `work/train_model/` and is not made again while it is there.
PyTorch is used here and nowhere else.
"""
