# SPDX-License-Identifier: BSD-2-Clause
# Freestanding helpers. Monitor and kernel each compile these with their own code model,
# into their own directory, so this file only names them.

LIB_SRCS := lib/string.c lib/printf.c lib/logring.c
