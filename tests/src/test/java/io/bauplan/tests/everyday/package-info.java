/// Statements as users of other engines type them.
@NullMarked
package io.bauplan.tests.everyday;

import org.jspecify.annotations.NullMarked;
