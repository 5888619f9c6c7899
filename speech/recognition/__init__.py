"""The bundled recogniser: tonal syllables by CTC, words by a lexicon decoder that knows what was asked."""
