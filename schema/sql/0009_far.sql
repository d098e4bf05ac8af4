-- The full text has one more column: what was said farther off in the same
-- conversation. The program fills it in again from the records.
DROP TABLE full_text;
{{full_text}}
