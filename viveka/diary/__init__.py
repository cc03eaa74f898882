"""The diary: appointments, bookings and enquiries on screen, from the first call to the counter."""
