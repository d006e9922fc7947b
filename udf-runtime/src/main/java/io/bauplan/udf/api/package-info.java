/// What the rest of the engine may know of functions: their definitions, how to invoke them, and
/// how an invocation can end. The only package of this module that the SQL front end sees.
@NullMarked
package io.bauplan.udf.api;

import org.jspecify.annotations.NullMarked;
