-- End a sanction. KEYS: ... ARGV: author. Answers 1, or nil where there is none.
return lift(ARGV[1]) and 1 or nil
