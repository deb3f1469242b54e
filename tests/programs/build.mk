# SPDX-License-Identifier: BSD-2-Clause
# The Linux programs' portable parts, on the host.

$(eval $(call unit_test,libteec,tests/programs/libteec_test.c tests/programs/fake_tee.c \
	$(wildcard client/libteec/*.c),-Iclient/libteec/include -include tests/programs/fake_tee.h))
$(eval $(call unit_test,supplicant,tests/programs/supplicant_test.c client/supplicant/request.c \
	client/supplicant/shm.c client/supplicant/ta.c tests/programs/fake_tee.c, \
	-Iclient/libteec/include -include tests/programs/fake_tee.h))
$(eval $(call unit_test,merlonctl,tests/programs/merlonctl_test.c client/merlonctl/record.c))
$(eval $(call unit_test,symbolize,tests/programs/symbolize_test.c client/symbolize/parse.c \
	client/symbolize/files.c))
$(eval $(call fuzzer,log_record,tests/programs/record_fuzz.c client/merlonctl/record.c))
