/// Names, types and signatures: everything that decides what a statement means. The settled
/// semantics of `docs/sql.md` live here, each in one place.
@NullMarked
package io.bauplan.sql.validator;

import org.jspecify.annotations.NullMarked;
