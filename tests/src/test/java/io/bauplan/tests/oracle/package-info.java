/// Random queries that give what DuckDB gives.
@NullMarked
package io.bauplan.tests.oracle;

import org.jspecify.annotations.NullMarked;
