# SPDX-License-Identifier: BSD-2-Clause
subdirs-y += ../common
