"""What turns labelled news into `nlp/model`: data, model, loop, export. Needs the extra `jehyu[train]` (torch)."""
