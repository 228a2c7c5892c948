"""The read model: what the topics say, as rows to make pages of. It can be deleted: the topics are read anew."""
