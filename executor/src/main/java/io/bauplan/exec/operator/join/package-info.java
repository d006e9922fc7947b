/// Hash and nested-loop joins.
@NullMarked
package io.bauplan.exec.operator.join;

import org.jspecify.annotations.NullMarked;
