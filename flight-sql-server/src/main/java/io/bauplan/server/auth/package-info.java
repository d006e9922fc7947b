/// Who calls: tokens, users and passwords.
@NullMarked
package io.bauplan.server.auth;

import org.jspecify.annotations.NullMarked;
