/// Java table functions: the interfaces that users implement, their compilation, and the program
/// that runs them in a child JVM.
@NullMarked
package io.bauplan.udf.java;

import org.jspecify.annotations.NullMarked;
