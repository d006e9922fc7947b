/// What is left of Avatica's generated messages in the shaded driver: see
/// [io.bauplan.jdbc.shaded.google.protobuf].
@NullMarked
package io.bauplan.jdbc.shaded.avatica.proto;

import org.jspecify.annotations.NullMarked;
