/// Hash aggregation.
@NullMarked
package io.bauplan.exec.operator.aggregate;

import org.jspecify.annotations.NullMarked;
