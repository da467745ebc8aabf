-- Version 5 is for the properties of rooms and people.
SELECT 1;
