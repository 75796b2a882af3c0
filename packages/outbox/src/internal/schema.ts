/** The tables of an outbox, as the steps that lead to them. */

/** `bolt`, in the header of the file: distinguishes an outbox from every other database. */
export const applicationId = 0x626f6c74

/**
 * Step `n` leads from version `n` to `n + 1` (`user_version`). Only ever appended to: files of every version are out
 * there.
 *
 * `entries` are written once and deleted once. What changes while they are held, the batch they were given in, is in
 * `taken`, whose rows are small. `id` is the order of arrival; `grp` the id of the last of the group, so that a group
 * of which parts came back from the dead letters does not run into the next one. `text` comes last: a scan does not
 * touch the pages that a long one overflows to.
 */
export const migrations: ReadonlyArray<string> = [
  `CREATE TABLE holder (one INTEGER PRIMARY KEY CHECK (one = 1), pid INTEGER NOT NULL, since REAL NOT NULL);
   CREATE TABLE runs (id INTEGER PRIMARY KEY, run TEXT NOT NULL);
   CREATE TABLE entries (
     id INTEGER PRIMARY KEY, grp INTEGER NOT NULL, run INTEGER NOT NULL, seq INTEGER NOT NULL, at REAL NOT NULL,
     session TEXT NOT NULL, epoch INTEGER NOT NULL, control INTEGER NOT NULL, last INTEGER NOT NULL,
     arrived_at REAL NOT NULL, size INTEGER NOT NULL, newer INTEGER NOT NULL DEFAULT 0,
     times INTEGER NOT NULL DEFAULT 0, key TEXT, text TEXT NOT NULL);
   CREATE TABLE taken (
     id INTEGER PRIMARY KEY, batch INTEGER NOT NULL, superseded INTEGER NOT NULL, newer INTEGER NOT NULL,
     times INTEGER NOT NULL)`,
  `CREATE TABLE dead_letters (
     id INTEGER PRIMARY KEY, grp INTEGER NOT NULL, run INTEGER NOT NULL, seq INTEGER NOT NULL, at REAL NOT NULL,
     session TEXT NOT NULL, epoch INTEGER NOT NULL, control INTEGER NOT NULL, last INTEGER NOT NULL,
     arrived_at REAL NOT NULL, size INTEGER NOT NULL, newer INTEGER NOT NULL, times INTEGER NOT NULL,
     buried_at REAL NOT NULL, key TEXT, reason TEXT NOT NULL, text TEXT NOT NULL);
   CREATE INDEX dead_letters_by_age ON dead_letters (buried_at, id)`,
  "CREATE TABLE losses (one INTEGER PRIMARY KEY CHECK (one = 1))",
  // What is there from before has neither parts nor origins, and its runs are older than every term.
  `ALTER TABLE entries ADD COLUMN part INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE entries ADD COLUMN origin TEXT;
   ALTER TABLE dead_letters ADD COLUMN part INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE dead_letters ADD COLUMN origin TEXT;
   ALTER TABLE runs ADD COLUMN term INTEGER NOT NULL DEFAULT 0;
   CREATE TABLE term (one INTEGER PRIMARY KEY CHECK (one = 1), term INTEGER NOT NULL);
   INSERT INTO term VALUES (1, 0)`,
]

/** What `entries` and `dead_letters` share: everything that comes back with a redriven one. */
export const shared =
  "id, grp, run, seq, part, origin, at, session, epoch, control, last, arrived_at, size, newer, times, key, text"
