/// Functions computed value by value, over Java objects.
@org.jspecify.annotations.NullMarked
package io.bauplan.exec.expression.value;
