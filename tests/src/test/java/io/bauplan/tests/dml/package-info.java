/// Statements that change rows, and writers side by side.
@NullMarked
package io.bauplan.tests.dml;

import org.jspecify.annotations.NullMarked;
