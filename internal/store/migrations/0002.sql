-- Version 2: among the ranks (chat.Rank) there is one between the plain one and
-- the moderator's.

UPDATE standings SET rank = rank + 1 WHERE rank > 0;
