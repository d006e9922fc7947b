/// What is left of the protobuf runtime in the shaded driver.
///
/// Avatica's classes look up message descriptors when they are loaded, for a wire protocol that
/// this driver does not speak. The shaded jar leaves the protobuf runtime and the generated
/// messages out (4 MB, and a use of `sun.misc.Unsafe` that newer JVMs warn about) and renames
/// Avatica's references to these empty classes. The plain jar never touches them.
@NullMarked
package io.bauplan.jdbc.shaded.google.protobuf;

import org.jspecify.annotations.NullMarked;
