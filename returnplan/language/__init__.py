"""Languages: how sentences, numbers and dates are written for readers of each.

In: a sentence in English, as a literal. Out: the sentence in another language, with numbers and
dates as its readers write them.

``words`` one object a language; ``catalogues`` GNU gettext, one ``.po`` file a language. A word
that belongs to a thing (a gate, a cause, a kind of works) is declared beside it with ``later``.

To add a language: its code in ``words.LANGUAGES``, then ``make words``, and fill in the catalogue.
"""
